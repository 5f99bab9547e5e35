package config

import (
	"errors"
	"fmt"
	"io/fs"
	"os"

	"github.com/goccy/go-yaml"
)

// keyFile is the content of Keys.KeyFile. Plain strings: a Secret would be
// written as <secret>.
type keyFile struct {
	Keyset      string `yaml:"keyset"`
	IndexKeyset string `yaml:"index_keyset"`
}

// ErrKeyFile is returned for a key file that has unknown or missing keys, or
// that others than its owner and group can read.
var ErrKeyFile = errors.New("not a key file with keyset and index_keyset that others cannot read")

// ReadKeyFile reads the two keysets of Keys from a file that WriteKeyFile or
// an operator wrote. The error is ErrKeyFile, or of the kind os.ReadFile
// returns, and holds no key.
func ReadKeyFile(name string) (Keys, error) {
	info, err := os.Stat(name)
	if err != nil {
		return Keys{}, fmt.Errorf("config: read key file: %w", err)
	}
	// 0o037: the group may read, as mounted secrets need it, and no more.
	if !info.Mode().IsRegular() || info.Mode().Perm()&0o037 != 0 || info.Size() > maxFileBytes {
		return Keys{}, ErrKeyFile
	}
	data, err := os.ReadFile(name) // #nosec G304 -- the operator names this file
	if err != nil {
		return Keys{}, fmt.Errorf("config: read key file: %w", err)
	}
	var k keyFile
	if yaml.UnmarshalWithOptions(data, &k, yaml.Strict()) != nil || k.Keyset == "" || k.IndexKeyset == "" {
		return Keys{}, ErrKeyFile // the parser's text would quote the keys
	}
	return Keys{Keyset: Secret(k.Keyset), IndexKeyset: Secret(k.IndexKeyset), KeyFile: name}, nil
}

// WriteKeyFile writes the two keysets to a new file that only its owner can
// read. An existing file is never replaced, since what its keys encrypted would
// be lost: the error then is fs.ErrExist.
func WriteKeyFile(name string, k Keys) error {
	data, err := yaml.Marshal(keyFile{Keyset: k.Keyset.Reveal(), IndexKeyset: k.IndexKeyset.Reveal()})
	if err != nil {
		return errors.New("config: write key file: cannot encode")
	}
	f, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600) // #nosec G304 -- the caller's own folder
	if err != nil {
		return fmt.Errorf("config: write key file: %w", err)
	}
	_, err = f.Write(data)
	if err := errors.Join(err, f.Sync(), f.Close()); err != nil {
		return fmt.Errorf("config: write key file: %w", err)
	}
	return nil
}

// applyKeyFile replaces Keys by what the key file holds, if one is named. Both
// ways at once are refused: nobody could say which key encrypted a record.
func applyKeyFile(c *Config) []Problem {
	if c.Keys.KeyFile == "" {
		return nil
	}
	p := Problem{Key: "keys.key_file", Env: "QUXIANG_KEY_FILE", Where: c.Keys.KeyFile}
	if c.Keys.Keyset != "" || c.Keys.IndexKeyset != "" {
		p.Text = "已经直接给出密钥，请删去密钥文件或 keyset、index_keyset 之一。"
		return []Problem{p}
	}
	keys, err := ReadKeyFile(c.Keys.KeyFile)
	switch {
	case err == nil:
		c.Keys = keys
		return nil
	case errors.Is(err, fs.ErrNotExist):
		p.Text = "密钥文件不存在，请核对路径。"
	case errors.Is(err, ErrKeyFile):
		p.Text = "密钥文件应为只含 keyset 与 index_keyset 两个键的 YAML，且其他用户不可读（chmod 600）。"
	default:
		p.Text = "密钥文件无法读取，请检查权限。"
	}
	return []Problem{p}
}
