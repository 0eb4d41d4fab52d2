// Package hq answers HQ's routes (hq.v1). The service is made of parts, one per
// area of HQ's work, each in files of its own.
package hq

// Service implements HQServiceHTTPServer by its parts.
type Service struct {
	*Directory
	*Negative
	*Overview
}

// New puts the parts together.
func New(d *Directory, n *Negative, o *Overview) *Service {
	return &Service{Directory: d, Negative: n, Overview: o}
}
