package main

import (
	"errors"
	"fmt"
	"os"

	"quxiang/model"
)

// readAddressTable reads the operator's table of networks and their places; no
// name is a table that names none.
func readAddressTable(name string) (model.AddressTable, error) {
	if name == "" {
		return model.AddressTable{}, nil
	}
	file, err := os.Open(name) // #nosec G304 -- the operator's settings name the file
	if err != nil {
		return model.AddressTable{}, fmt.Errorf("verify.address_table：无法读取地址表 %s：%w", name, err)
	}
	table, err := model.ParseAddressTable(file)
	if rows, ok := errors.AsType[*model.Error](err); ok { // told is its message alone: it names the file, too
		err = model.Errorf(rows.Code, "verify.address_table：%s：%s", name, rows.Message)
	}
	if err := errors.Join(err, file.Close()); err != nil {
		return model.AddressTable{}, fmt.Errorf("read address table: %w", err)
	}
	return table, nil
}
