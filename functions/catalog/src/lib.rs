//! The catalog context: products, stock, quotes and reservations.
