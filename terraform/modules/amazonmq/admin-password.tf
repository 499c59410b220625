# The provider has no write-only argument for a broker's first user, so this password stands in Terraform's state. Only
# the bootstrap Job signs in with it; services get users and passwords of their own.
#
# Two random UUIDs are 244 bits from Terraform's own generator. `aws_secretsmanager_random_password` will not do: its id is
# the password, and Terraform prints the id of every data source that it reads.
resource "terraform_data" "admin_password" {
  input = sensitive(replace("${uuid()}${uuid()}", "-", ""))

  # Keeps the first one: the next plan has others, and a change would replace the broker.
  lifecycle {
    ignore_changes = [input]
  }
}
