locals {
  function_arn = "arn:${var.account.partition}:lambda:${var.account.region}:${var.account.id}:function:${local.full_name}"

  statements = concat(
    [{
      Sid      = "WriteOwnLog"
      Effect   = "Allow"
      Action   = ["logs:CreateLogStream", "logs:PutLogEvents"]
      Resource = [for group in aws_cloudwatch_log_group.this : "${group.arn}:*"]
    }],
    length(var.secret_arns) == 0 ? [] : [{
      Sid      = "ReadOwnSecrets"
      Effect   = "Allow"
      Action   = ["secretsmanager:GetSecretValue"]
      Resource = sort(distinct(values(var.secret_arns)))
    }],
    length(var.secret_arns) == 0 || var.secrets_key_arn == null ? [] : [{
      Sid       = "DecryptOwnSecrets"
      Effect    = "Allow"
      Action    = ["kms:Decrypt"]
      Resource  = [var.secrets_key_arn]
      Condition = { StringEquals = { "kms:ViaService" = "secretsmanager.${var.account.region}.amazonaws.com" } }
    }],
    # The policy attached below is for Lambda itself, which makes the interface; the function's code gets none of it.
    var.vpc == null ? [] : [{
      Sid    = "KeepInterfacesFromTheCode"
      Effect = "Deny"
      Action = [
        "ec2:AssignPrivateIpAddresses",
        "ec2:CreateNetworkInterface",
        "ec2:DeleteNetworkInterface",
        "ec2:DescribeNetworkInterfaces",
        "ec2:DescribeSubnets",
        "ec2:DetachNetworkInterface",
        "ec2:UnassignPrivateIpAddresses",
      ]
      Resource  = ["*"]
      Condition = { ArnEquals = { "lambda:SourceFunctionArn" = local.function_arn } }
    }],
  )
}

resource "aws_iam_role" "this" {
  count = local.on_lambda ? 1 : 0

  name        = local.full_name
  description = "What the function ${local.full_name} may do"
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Action    = "sts:AssumeRole"
      Principal = { Service = "lambda.amazonaws.com" }
    }]
  })

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_iam_role_policy" "this" {
  count = local.on_lambda ? 1 : 0

  name   = "own-log-and-secrets"
  role   = aws_iam_role.this[0].id
  policy = jsonencode({ Version = "2012-10-17", Statement = local.statements })

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_iam_role_policy_attachment" "network" {
  count = local.on_lambda && var.vpc != null ? 1 : 0

  role = aws_iam_role.this[0].name
  # EC2 knows no narrower resource for describing interfaces, and Lambda checks the role for all of these when it makes
  # the function. AWS keeps this policy to exactly what that takes.
  policy_arn = "arn:${var.account.partition}:iam::aws:policy/service-role/AWSLambdaENIManagementAccess"

  lifecycle {
    create_before_destroy = true
  }
}
