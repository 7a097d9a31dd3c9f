import io
import zipfile

import pytest

from nmt.files.file_types import binary_problem


def archive(*names: str) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as file:
        for name in names:
            file.writestr(name, "text")
    return stream.getvalue()


@pytest.mark.parametrize(
    ("start", "named"),
    [
        (archive("word/document.xml"), "Word document"),
        (archive("[Content_Types].xml"), "Microsoft Office document"),
        (archive("news.txt"), "zip archive"),
        (b"\x89PNG\r\n\x1a\n" + bytes(20), "PNG image"),
        (b"%PDF-1.7\n%\xe2\xe3", "PDF document"),
        (b"SQLite format 3\0" + bytes(90), "SQLite database"),
        (b"\x1f\x8b\x08\0", "gzip"),
        (b"\xff\xfea\0b\0", "UTF-16"),
        ("Ein Hund läuft schnell.\n".encode("utf-16-le") * 9, "binary data"),
        (bytes(range(256)) * 8, "binary data"),
    ],
)
def test_binary_data_is_recognized(start: bytes, named: str) -> None:
    problem = binary_problem(start, "f")
    assert problem.startswith("f is ")
    assert named in problem


@pytest.mark.parametrize(
    "start",
    [
        b"",
        b"a\0b\n",
        b"bad \xff byte\n" * 50,
        ("Ein Hund läuft.\n" * 500).encode("latin-1"),
        "我们走了。\n".encode() * 90,
        b"\tcolumn\x1b[31mred\r\n" * 90,
        b"PK is a name, and so is GIF.\n",
    ],
)
def test_text_with_a_few_broken_bytes_is_text(start: bytes) -> None:
    assert binary_problem(start, "f") == ""
