"""What mail servers send back, as they write it: delivery statuses (RFC 3464), complaints (RFC 5965)."""

from email.message import EmailMessage


def status(
    to: str,
    recipient: str,
    code: str = "5.1.1",
    action: str = "failed",
    said: str = "smtp; 550 5.1.1 User unknown",
    quoted: str = "",
) -> bytes:
    """A delivery status notification, Postfix's shape. `quoted`: the headers of our mail that come back."""
    return f"{_head(to)}{_parts(recipient, code, action, said, quoted)}".encode()


def _head(to: str) -> str:
    return (
        "Return-Path: <>\r\n"
        f"Delivered-To: {to}\r\n"
        "From: MAILER-DAEMON@mx.example.org (Mail Delivery System)\r\n"
        f"To: {to}\r\n"
        "Subject: Undelivered Mail Returned to Sender\r\n"
        "Auto-Submitted: auto-replied\r\n"
        "MIME-Version: 1.0\r\n"
        "Content-Type: multipart/report; report-type=delivery-status;\r\n"
        '\tboundary="A1.2/mx.example.org"\r\n'
        "\r\n"
    )


def _parts(recipient: str, code: str, action: str, said: str, quoted: str) -> str:
    return (
        "--A1.2/mx.example.org\r\n"
        "Content-Type: text/plain; charset=us-ascii\r\n"
        "\r\n"
        "I'm sorry to have to inform you that your message could not be delivered.\r\n"
        "\r\n"
        "--A1.2/mx.example.org\r\n"
        "Content-Type: message/delivery-status\r\n"
        "\r\n"
        "Reporting-MTA: dns; mx.example.org\r\n"
        "Arrival-Date: Wed,  4 Mar 2026 12:00:00 +0100 (CET)\r\n"
        "\r\n"
        f"Final-Recipient: rfc822; {recipient}\r\n"
        f"Original-Recipient: rfc822;{recipient}\r\n"
        f"Action: {action}\r\n"
        f"Status: {code}\r\n"
        "Remote-MTA: dns; mx.ehpad.fr\r\n"
        f"Diagnostic-Code: {said}\r\n"
        "\r\n"
        "--A1.2/mx.example.org\r\n"
        "Content-Type: text/rfc822-headers\r\n"
        "\r\n"
        f"{quoted}\r\n"
        "--A1.2/mx.example.org--\r\n"
    )


def complaint(original: bytes, mail_from: str = "", sort: str = "abuse") -> bytes:
    """A feedback report, with the whole mail it is about."""
    quoted = f"Original-Mail-From: <{mail_from}>\r\n" if mail_from else ""
    head = (
        "From: <abuse@messagerie.example>\r\n"
        "To: <plaintes@crrc.example>\r\n"
        "Subject: FW: abuse report\r\n"
        "MIME-Version: 1.0\r\n"
        "Content-Type: multipart/report; report-type=feedback-report;\r\n"
        '     boundary="part1_13d.2e68ed54_boundary"\r\n'
        "\r\n"
        "--part1_13d.2e68ed54_boundary\r\n"
        'Content-Type: text/plain; charset="US-ASCII"\r\n'
        "\r\n"
        "This is an email abuse report.\r\n"
        "\r\n"
        "--part1_13d.2e68ed54_boundary\r\n"
        "Content-Type: message/feedback-report\r\n"
        "\r\n"
        f"Feedback-Type: {sort}\r\n"
        "User-Agent: SomeGenerator/1.0\r\n"
        "Version: 1\r\n"
        f"{quoted}"
        "\r\n"
        "--part1_13d.2e68ed54_boundary\r\n"
        "Content-Type: message/rfc822\r\n"
        "Content-Disposition: inline\r\n"
        "\r\n"
    )
    return head.encode() + original + b"\r\n--part1_13d.2e68ed54_boundary--\r\n"


def matryoshka(depth: int) -> bytes:
    """A mail in a mail in a mail."""
    inner = b"Subject: au fond\r\n\r\nrien\r\n"
    for _ in range(depth):
        inner = b"Content-Type: message/rfc822\r\n\r\n" + inner
    return inner


def ordinary() -> bytes:
    """Somebody answers the address."""
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = "anne@ehpad.fr", "bounces@crrc.example", "Re: votre message"
    mail.set_content("Merci !")
    return mail.as_bytes()
