"""What ships with the product: plays, questions of surveys, reasons."""
