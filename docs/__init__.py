"""Documents of the project, and the program that writes their generated parts."""
