"""Privacy: what is kept of people, why, how long; what they may ask; what is said when it leaks."""
