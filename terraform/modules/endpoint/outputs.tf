output "route_key" {
  description = "The route's key; known once the route is there."
  value       = aws_apigatewayv2_route.this.route_key
}

output "function_name" {
  description = "The function's name; null when the route is answered by pods."
  value       = one(aws_lambda_function.this[*].function_name)
}

output "function_arn" {
  description = "The function's ARN; null when the route is answered by pods."
  value       = one(aws_lambda_function.this[*].arn)
}
