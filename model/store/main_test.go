package store_test

import (
	"os"
	"testing"

	"quxiang/model/store/storetest"
)

func TestMain(m *testing.M) { os.Exit(storetest.Main(m)) }
