"""The expression graph: line items declared once, interpreted several ways."""
