run "a_secret_is_long_and_not_shown" {
  assert {
    condition     = can(regex("^[0-9a-f]{64}$", nonsensitive(output.value))) && issensitive(output.value)
    error_message = "It is 64 hexadecimal digits, and sensitive."
  }
}

run "the_first_one_stays" {
  assert {
    condition     = nonsensitive(output.value) == nonsensitive(run.a_secret_is_long_and_not_shown.value)
    error_message = "A second apply makes another one."
  }
}

run "another_installation_has_another" {
  state_key = "other"

  assert {
    condition     = nonsensitive(output.value) != nonsensitive(run.the_first_one_stays.value)
    error_message = "Two installations share a secret."
  }
}
