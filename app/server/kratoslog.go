package server

import (
	"context"
	"fmt"
	"log/slog"

	"github.com/go-kratos/kratos/v2/log"
)

// KratosLog bridges kratos' own few lines into slog; set it once with
// log.SetLogger, so that the process has one log.
func KratosLog(l *slog.Logger) log.Logger { return kratosLog{l} }

type kratosLog struct{ to *slog.Logger }

func (k kratosLog) Log(level log.Level, keyvals ...any) error {
	message := "kratos"
	var attrs []any
	for i := 0; i+1 < len(keyvals); i += 2 {
		key := fmt.Sprint(keyvals[i])
		if key == log.DefaultMessageKey {
			message = fmt.Sprint(keyvals[i+1])
			continue
		}
		attrs = append(attrs, key, keyvals[i+1])
	}
	levels := map[log.Level]slog.Level{log.LevelDebug: slog.LevelDebug, log.LevelInfo: slog.LevelInfo, log.LevelWarn: slog.LevelWarn}
	to, ok := levels[level]
	if !ok {
		to = slog.LevelError
	}
	k.to.Log(context.Background(), to, message, attrs...) //nolint:forbidigo // kratos gives its log no context
	return nil
}
