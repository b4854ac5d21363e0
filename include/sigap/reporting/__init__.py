"""What people receive: workbook, PDF."""
