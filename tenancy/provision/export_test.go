package provision

// Privileges is what Verify expects of a tenant's role.
var Privileges = privileges
