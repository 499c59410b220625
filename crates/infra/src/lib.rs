//! Tests of what is not a program: `terraform`, `helm`, `samconfig`, `.github` and the Dockerfiles. They are in
//! `tests/it`; docs/INFRASTRUCTURE-TESTS.md says what they check, and what no machine without an AWS account can.
