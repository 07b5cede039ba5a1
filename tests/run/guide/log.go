package export_wasi_http_incoming_handler

import (
	"fmt"

	"wit_component/wasi_logging_logging"
)

func logged(level wasi_logging_logging.Level, format string, values ...any) {
	wasi_logging_logging.Log(level, "hello", fmt.Sprintf(format, values...))
}

func logInfo(format string, values ...any) {
	logged(wasi_logging_logging.Level_Info, format, values...)
}
func logError(format string, values ...any) {
	logged(wasi_logging_logging.Level_Error, format, values...)
}
