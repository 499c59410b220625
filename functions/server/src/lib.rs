//! Any set of endpoints in one process: the all-EKS side, the local server and the test harness.
