"""The form in which a definition is made, previewed and launched."""
