package creditcheck

import (
	"database/sql"
	"encoding/json"
	"fmt"

	"github.com/google/uuid"

	biz "zhuxin/biz/creditcheck"
	"zhuxin/biz/exposure"
	"zhuxin/shared/calendar"
	"zhuxin/shared/money"
	"zhuxin/shared/volume"
)

// foundRow scans what is known of one command.
type foundRow struct {
	mine                                                bool
	hash, body, codes                                   []byte
	at                                                  sql.NullTime
	live, liveOf, hold, holdOf, release, project        uuid.NullUUID
	held, left, volume, volumeLeft                      sql.Null[int64]
	waits                                               sql.NullBool
	ends, stoppedOn, pouredOn                           calendar.Date
	projectNo, projectName, checkpoints, kind, stopped  sql.NullString
	standing, temporary, projectReceivable, projectHeld sql.Null[int64]
	counted, projectCounted                             sql.Null[int64]
}

func (f *foundRow) targets() []any {
	return []any{&f.mine, &f.hash, &f.body, &f.at, &f.live, &f.held, &f.liveOf, &f.hold, &f.holdOf, &f.waits,
		&f.release, &f.codes, &f.left, &f.volume, &f.volumeLeft, &f.ends, &f.stopped, &f.counted, &f.stoppedOn, &f.pouredOn,
		&f.project, &f.projectNo, &f.projectName, &f.checkpoints, &f.kind, &f.standing, &f.temporary, &f.projectReceivable, &f.projectHeld, &f.projectCounted}
}

func (f *foundRow) found() (biz.Found, error) {
	out := biz.Found{InFlight: !f.mine, LiveID: f.live.UUID, LiveHeld: money.Amount(f.held.V), LiveOf: f.liveOf.UUID,
		HoldID: f.hold.UUID, HoldOf: f.holdOf.UUID, Waits: f.waits.Bool, Stopped: f.stopped.Valid, StopReason: f.stopped.String, Counted: money.Amount(f.counted.V),
		StoppedOn: f.stoppedOn, PouredOn: f.pouredOn}
	if f.at.Valid {
		out.Remembered = &biz.Remembered{Hash: f.hash, Body: f.body, At: f.at.Time.UTC()}
	}
	if f.release.Valid {
		out.Release = &biz.ReleaseFacts{ID: f.release.UUID, Amount: money.Amount(f.left.V), Volume: volume.M3(f.volumeLeft.V), Bound: f.volume.V > 0, EndsOn: f.ends}
		if err := json.Unmarshal(f.codes, &out.Release.Codes); err != nil {
			return out, fmt.Errorf("decode release %s: %w", f.release.UUID, err)
		}
	}
	if f.project.Valid {
		out.Project = &biz.FoundProject{ID: f.project.UUID, Checkpoints: f.checkpoints.String, Counted: money.Amount(f.projectCounted.V)}
		if f.kind.Valid {
			out.Project.Facts = &biz.ProjectFacts{ID: f.project.UUID, Number: f.projectNo.String, Name: f.projectName.String,
				LimitKind: exposure.LimitKind(f.kind.String), StandingLimit: money.Amount(f.standing.V), TemporaryLimit: money.Amount(f.temporary.V),
				Receivable: money.Amount(f.projectReceivable.V), Reserved: money.Amount(f.projectHeld.V)}
		}
	}
	return out, nil
}
