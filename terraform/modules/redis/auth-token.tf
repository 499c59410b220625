# The provider has no write-only argument for the token, so it stands in Terraform's state. Whoever reads it can, from
# inside the VPC, delay a revocation by the 30 seconds that sessions are cached, and wake streams up for nothing.
#
# Two random UUIDs are 244 bits from Terraform's own generator. `aws_secretsmanager_random_password` will not do: its id is
# the password, and Terraform prints the id of every data source that it reads.
resource "terraform_data" "auth_token" {
  input = sensitive(replace("${uuid()}${uuid()}", "-", ""))

  # Keeps the first one: the next plan has others.
  lifecycle {
    ignore_changes = [input]
  }
}
