"""What can be done with notices: write them, send their mails, read them, look at the pulse."""
