package store

import (
	"context"
	"database/sql/driver"
	"errors"
	"fmt"

	mysqldriver "github.com/go-sql-driver/mysql"
	"github.com/ncruces/go-sqlite3"
	"gorm.io/gorm"

	"quxiang/model"
)

// Unique keys that a caller can answer to.
var (
	// ErrDuplicateNumber: the verification number is in use; draw another.
	ErrDuplicateNumber = errors.New("verification number is in use")
	// ErrDuplicatePerson: the ID number is there already in that cohort and level.
	ErrDuplicatePerson = errors.New("id number is in the cohort and level already")
	// ErrDuplicateExam: the 考生号 is there already in that school and cohort.
	ErrDuplicateExam = errors.New("exam number is in the school and cohort already")
	// ErrDuplicateName: an operator of that name exists.
	ErrDuplicateName = errors.New("operator name is in use")
)

// errLost: somebody else changed the row since it was read.
var errLost = errors.New("optimistic lock lost")

// driverError stands for an error of the driver: its text can quote values, so
// only the number is shown.
type driverError struct {
	text  string
	cause error
}

func (e *driverError) Error() string { return e.text }

func (e *driverError) Unwrap() error { return e.cause }

// wrap turns what GORM and the drivers return into errors that are safe to log
// and to show. A *model.Error stays what it is.
func wrap(op string, err error) error {
	if err == nil {
		return nil
	}
	var (
		rule     *model.Error
		clean    *driverError
		my       *mysqldriver.MySQLError
		lite     *sqlite3.Error
		liteCode sqlite3.ExtendedErrorCode
	)
	switch {
	case errors.As(err, &rule), errors.As(err, &clean):
		return err
	case errors.Is(err, gorm.ErrRecordNotFound):
		return model.Errorf(model.CodeNotFound, "没有找到这条记录。").Because(fmt.Errorf("store: %s: %w", op, gorm.ErrRecordNotFound))
	case errors.Is(err, gorm.ErrDuplicatedKey):
		return model.Errorf(model.CodeConflict, "已有相同的记录。").Because(fmt.Errorf("store: %s: %w", op, gorm.ErrDuplicatedKey))
	case errors.Is(err, driver.ErrBadConn):
		return unavailable(op, driver.ErrBadConn)
	case errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
		return fmt.Errorf("store: %s: %w", op, err)
	case errors.As(err, &my):
		return &driverError{text: fmt.Sprintf("store: %s: mysql error %d (%s)", op, my.Number, my.SQLState), cause: err}
	case errors.As(err, &lite):
		return &driverError{text: fmt.Sprintf("store: %s: sqlite error %d", op, lite.ExtendedCode()), cause: err}
	case errors.As(err, &liteCode):
		return &driverError{text: fmt.Sprintf("store: %s: sqlite error %d", op, liteCode), cause: err}
	default:
		return fmt.Errorf("store: %s: %w", op, err)
	}
}

func unavailable(op string, cause error) error {
	return model.Errorf(model.CodeUnavailable, "系统繁忙，请稍后再试。").Because(fmt.Errorf("store: %s: %w", op, cause))
}
