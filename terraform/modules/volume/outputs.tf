output "volume_id" {
  description = "The volume, for the chart's persistence.volumeId."
  value       = aws_ebs_volume.this.id
}

output "availability_zone" {
  description = "Its zone, for the chart's persistence.zone."
  value       = aws_ebs_volume.this.availability_zone
}
