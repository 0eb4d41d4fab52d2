// Package hq answers HQ's routes (hq.v1). The service is made of parts, one per
// area of HQ's work, each in files of its own.
package hq

import hqv1 "zhuxin/app/api/hq/v1"

// Service implements HQServiceHTTPServer by its parts.
type Service struct {
	*Directory
	*Library
	*Negative
	*Overview
}

var _ hqv1.HQServiceHTTPServer = (*Service)(nil)

// New puts the parts together.
func New(d *Directory, l *Library, n *Negative, o *Overview) *Service {
	return &Service{Directory: d, Library: l, Negative: n, Overview: o}
}
