package main

import (
	"context"
	"crypto/rand"
	"database/sql"
	"fmt"
	"log"
	"net/url"
	"strings"

	"github.com/lib/pq"
)

// scratch is a database that lives as long as one run. Its tenant schema has a
// role of its own, because the guard files grant to <schema>_rw.
type scratch struct {
	admin    *sql.DB
	url      *url.URL
	database string
	schema   string
}

func openScratch(ctx context.Context, adminDSN string) (*scratch, error) {
	u, err := url.Parse(adminDSN)
	if err != nil || (u.Scheme != "postgres" && u.Scheme != "postgresql") {
		return nil, fmt.Errorf("ZHUXIN_PG_ADMIN_DSN must be a URL like postgres://user@host:port/database?sslmode=…")
	}
	admin, err := sql.Open("postgres", adminDSN)
	if err != nil {
		return nil, err
	}
	id := strings.ToLower(rand.Text()[:12])
	s := &scratch{admin: admin, database: "zhuxin_scratch_" + id, schema: "t_scratch_" + id}
	u.Path, u.Scheme = "/"+s.database, "postgres"
	s.url = u
	for _, q := range []string{
		"CREATE DATABASE " + pq.QuoteIdentifier(s.database),
		"CREATE ROLE " + pq.QuoteIdentifier(s.schema+"_rw") + " NOLOGIN",
	} {
		if _, err := admin.ExecContext(ctx, q); err != nil {
			s.drop()
			return nil, err
		}
	}
	return s, s.prepare(ctx)
}

// prepare makes the schemas and the roles that the guard files grant to.
func (s *scratch) prepare(ctx context.Context) error {
	db, err := sql.Open("postgres", s.url.String())
	if err != nil {
		return err
	}
	defer func() { _ = db.Close() }()
	_, err = db.ExecContext(ctx, `
DO $$ BEGIN CREATE ROLE zhuxin_hq NOLOGIN; EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; END $$;
DO $$ BEGIN CREATE ROLE zhuxin_tenant NOLOGIN; EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; END $$;
CREATE SCHEMA hq; CREATE SCHEMA `+pq.QuoteIdentifier(s.schema))
	return err
}

// at gives the address of the scratch database, bound to one schema.
func (s *scratch) at(schema string) string {
	u := *s.url
	q := u.Query()
	q.Set("search_path", schema)
	u.RawQuery = q.Encode()
	return u.String()
}

func (s *scratch) drop() {
	for _, q := range []string{
		"DROP DATABASE IF EXISTS " + pq.QuoteIdentifier(s.database) + " WITH (FORCE)",
		"DROP ROLE IF EXISTS " + pq.QuoteIdentifier(s.schema+"_rw"),
	} {
		if _, err := s.admin.Exec(q); err != nil {
			log.Printf("diff: cleaning up: %v", err)
		}
	}
	_ = s.admin.Close()
}
