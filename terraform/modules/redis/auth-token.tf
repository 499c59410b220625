# The provider has no write-only argument for the token, so it stands in Terraform's state. Whoever reads it can, from
# inside the VPC, delay a revocation by the 30 seconds that sessions are cached, and wake streams up for nothing.
data "aws_secretsmanager_random_password" "auth_token" {
  password_length     = 48
  exclude_punctuation = true
}

# Keeps the first one: the data source gives another at every plan.
resource "terraform_data" "auth_token" {
  input = sensitive(data.aws_secretsmanager_random_password.auth_token.random_password)

  lifecycle {
    ignore_changes = [input]
  }
}
