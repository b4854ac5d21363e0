"""What is owed, by whom, exact to the rupiah."""
