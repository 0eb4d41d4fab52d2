package party

import "github.com/google/uuid"

// Person refers to a human being as others see him: an id, and the name to show.
// The name is empty when he is no longer known to the tenant.
type Person struct {
	ID   uuid.UUID
	Name string
}
