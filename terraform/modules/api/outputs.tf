output "id" {
  description = "The API's id."
  value       = aws_apigatewayv2_api.this.id
}

output "endpoint" {
  description = "The API's own URL, without a path at its end."
  value       = aws_apigatewayv2_api.this.api_endpoint
}

output "domain_name" {
  description = "The host name in it."
  value       = regex("^[a-z]+://([^/:]+)", aws_apigatewayv2_api.this.api_endpoint)[0]
}

output "execution_arn" {
  description = "What permissions to invoke a function start with."
  value       = aws_apigatewayv2_api.this.execution_arn
}

output "vpc_link_id" {
  description = "The VPC link's id; null while there is none."
  value       = one(aws_apigatewayv2_vpc_link.this[*].id)
}

output "access_log_group" {
  description = "Name of the access log's group."
  value       = aws_cloudwatch_log_group.access.name
}
