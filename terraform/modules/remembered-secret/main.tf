# A secret that stands in Terraform's state: only for what the provider has no write-only argument for.
#
# Two random UUIDs are 244 bits from Terraform's own generator. `aws_secretsmanager_random_password` will not do: its id is
# the password, and Terraform prints the id of every data source that it reads.
resource "terraform_data" "this" {
  input = sensitive(replace("${uuid()}${uuid()}", "-", ""))

  # Keeps the first one: the next plan has others.
  lifecycle {
    ignore_changes = [input]
  }
}
