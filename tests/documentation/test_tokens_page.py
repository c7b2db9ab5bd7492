"""The example of AWS's signature on its page, against a vector that AWS published."""

import re
from datetime import UTC, datetime
from pathlib import Path

from dynclient.transport.signing import ReadyRequest
from dynclient.wire.message import Headers

PAGE = Path(__file__).resolve().parents[2] / "docs" / "tokens.md"

#: `get-vanilla` and `get-vanilla-query-order-key-case` of the AWS Signature Version 4 test suite.
VECTORS = {
    "https://example.amazonaws.com/": "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31",
    "https://example.amazonaws.com/?Param2=value2&Param1=value1": "b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500",
}


def test_the_signature_of_aws_is_that_of_its_test_suite():
    text = PAGE.read_text(encoding="utf-8")
    blocks = re.findall(r"^```python\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)
    names = {}
    (block,) = (block for block in blocks if "def build_aws_signer" in block)
    exec("import hashlib, hmac\n" + block.partition("client.with_options")[0], names)
    moment = datetime(2015, 8, 30, 12, 36, tzinfo=UTC)
    sign = names["build_aws_signer"]("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", "us-east-1", "service", lambda: moment)  # fmt: skip
    for url, signature in VECTORS.items():
        signed = sign(ReadyRequest("GET", url, Headers(), b""))
        assert signed["X-Amz-Date"] == "20150830T123600Z"
        assert signed["Authorization"].endswith(
            f"SignedHeaders=host;x-amz-date, Signature={signature}"
        )
