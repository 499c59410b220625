//! The endpoints that belong to no context: health, and the answer for a route that is not there.
