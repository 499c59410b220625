# The provider has no write-only argument for a broker's first user, so this password stands in Terraform's state. Only
# the bootstrap Job signs in with it; services get users and passwords of their own.
data "aws_secretsmanager_random_password" "admin" {
  password_length     = 48
  exclude_punctuation = true
}

# Keeps the first one: the data source gives another at every plan, and a change would replace the broker.
resource "terraform_data" "admin_password" {
  input = sensitive(data.aws_secretsmanager_random_password.admin.random_password)

  lifecycle {
    ignore_changes = [input]
  }
}
