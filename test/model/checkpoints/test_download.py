"""Fetching against a real HTTP server on this machine."""

import hashlib
import http.server
import threading

import pytest

from smolrgpt_ros.model.checkpoints.download import DownloadError, download

DATA = bytes(range(256)) * 9000 + b"end"  # 2.3 MB: more than two chunks
SHA = hashlib.sha256(DATA).hexdigest()


class Handler(http.server.BaseHTTPRequestHandler):
    """Serves DATA with ranges; the server object says how it misbehaves."""

    def do_GET(self):
        self.server.ranges.append(self.headers.get("Range"))
        if self.path != "/weights.tar":
            return self.send_error(404)
        start, asked = 0, self.headers.get("Range")
        if asked and self.server.takes_ranges:
            start = int(asked.removeprefix("bytes=").rstrip("-"))
            if start >= len(DATA):
                self.send_response(416)
                self.send_header("Content-Range", f"bytes */{len(DATA)}")
                return self.end_headers()
            self.send_response(206)
            self.send_header("Content-Range", f"bytes {start}-{len(DATA) - 1}/{len(DATA)}")
        else:
            self.send_response(200)
        self.send_header("Content-Length", str(len(DATA) - start))
        self.end_headers()
        body = DATA[start:]
        self.wfile.write(body[: self.server.stops_after])

    def log_message(self, *_):
        pass


@pytest.fixture
def server():
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.ranges, server.takes_ranges, server.stops_after = [], True, None
    server.url = f"http://127.0.0.1:{server.server_port}/weights.tar"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield server
    server.shutdown()
    server.server_close()
    thread.join(5)


def test_a_whole_file_with_progress_and_checksum(server, tmp_path):
    steps = []
    target = tmp_path / "new" / "weights.tar"
    assert download(server.url, target, SHA, on_progress=lambda *s: steps.append(s)) == target
    assert target.read_bytes() == DATA
    assert steps[-1] == (len(DATA), len(DATA)) and len(steps) >= 3
    assert [p.name for p in target.parent.iterdir()] == ["weights.tar"]


def test_a_cut_off_file_goes_on_where_it_stopped(server, tmp_path):
    target = tmp_path / "weights.tar"
    server.stops_after = 1_500_000
    with pytest.raises(DownloadError, match=f"1500000 of {len(DATA)} bytes"):
        download(server.url, target, SHA)
    assert not target.exists()
    server.stops_after = None
    download(server.url, target, SHA)
    assert target.read_bytes() == DATA
    assert server.ranges == [None, "bytes=1500000-"]


def test_a_server_without_ranges_starts_over(server, tmp_path):
    (tmp_path / "weights.tar.part").write_bytes(DATA[:1000])
    server.takes_ranges = False
    download(server.url, tmp_path / "weights.tar", SHA)
    assert (tmp_path / "weights.tar").read_bytes() == DATA


def test_a_complete_part_is_only_checked(server, tmp_path):
    (tmp_path / "weights.tar.part").write_bytes(DATA)
    download(server.url, tmp_path / "weights.tar", SHA)
    assert (tmp_path / "weights.tar").read_bytes() == DATA
    (tmp_path / "other.part").write_bytes(DATA + b"too much")
    with pytest.raises(DownloadError, match="run again to start over"):
        download(server.url, tmp_path / "other", SHA)
    assert not (tmp_path / "other.part").exists()


def test_a_wrong_checksum_leaves_nothing(server, tmp_path):
    with pytest.raises(DownloadError, match=f"checksum is {SHA}, expected 00"):
        download(server.url, tmp_path / "weights.tar", "00")
    assert list(tmp_path.iterdir()) == []


def test_what_cannot_work_is_refused(server, tmp_path):
    with pytest.raises(DownloadError, match="404"):
        download(server.url + "x", tmp_path / "a")
    with pytest.raises(DownloadError, match="run the same command again"):
        download("http://127.0.0.1:9/none", tmp_path / "a", timeout_s=2)
    with pytest.raises(ValueError, match="only http"):
        download("file:///etc/hostname", tmp_path / "a")
    (tmp_path / "b").write_text("precious")
    with pytest.raises(FileExistsError):
        download(server.url, tmp_path / "b")
