import TestThreads
import Testing

@testable import OTLPTesting

@Suite(.ownThreads) struct HTTP1RequestParserTests {
  /// The requests of a text, each as its method, path and body; a failure is the last one, as its status.
  private func requests(_ text: String, pieces: Int = 1000, maxBody: Int = 100) -> [String] {
    let bytes = Array(text.utf8)
    var parser = HTTP1RequestParser(maxBodyBytes: maxBody)
    var (found, head, body): ([String], String, [UInt8]) = ([], "", [])
    for start in stride(from: 0, to: bytes.count, by: pieces) {
      bytes[start..<min(bytes.count, start + pieces)].withUnsafeBytes { parser.append($0) }
      do throws(HTTP1RequestParser.Failure) {
        while let event = try parser.next() {
          switch event {
          case .head(let fields): head = "\(fields[0].value) \(fields[1].value)"
          case .body(let bytes): body += bytes
          case .end:
            found.append("\(head) \(String(decoding: body, as: UTF8.self))")
            body = []
          }
        }
      } catch {
        return found + ["\(error.status)"]
      }
    }
    return found
  }

  @Test(
    "requests are read in pieces of any size, with a length, in chunks and without a body", arguments: [1, 2, 7, 1000])
  func pieces(size: Int) {
    let text =
      "POST /a HTTP/1.1\r\nContent-Length: 3\r\n\r\nabc" + "\r\nGET /b HTTP/1.1\r\nHost: x\r\n\r\n"
      + "POST /c HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n2;x=y\r\nde\r\n1\r\nf\r\n0\r\nTrailer: t\r\n\r\n"
      + "POST http://host/d HTTP/1.0\nContent-Length: 0\n\n"
    #expect(requests(text, pieces: size) == ["POST /a abc", "GET /b ", "POST /c def", "POST /d "])
  }

  @Test("without a limit, a body may claim any length")
  func largestBody() {
    #expect(requests("POST / HTTP/1.1\r\nContent-Length: \(Int.max)\r\n\r\nabc", pieces: 20, maxBody: .max) == [])
  }

  @Test(
    "a request that can't be read, or could be read in two ways, is refused",
    arguments: [
      ("hello\r\n\r\n", "400"), ("GET / HTTP/2.0\r\n\r\n", "400"), ("GET  / HTTP/1.1\r\n\r\n", "400"),
      ("GET x HTTP/1.1\r\n\r\n", "400"), ("GET / HTTP/1.1\r\n: x\r\n\r\n", "400"),
      ("GET / HTTP/1.1\r\na b: x\r\n\r\n", "400"), ("POST / HTTP/1.1\r\nContent-Length: 1x\r\n\r\n", "400"),
      ("POST / HTTP/1.1\r\nContent-Length: -1\r\n\r\n", "400"),
      ("POST / HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n", "400"),
      ("POST / HTTP/1.1\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n", "400"),
      ("POST / HTTP/1.1\r\nTransfer-Encoding: gzip\r\n\r\n", "501"),
      ("POST / HTTP/1.1\r\nContent-Length: 101\r\n\r\n", "413"),
      ("POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n65\r\n", "413"),
      ("POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nx\r\n", "400"),
      ("POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nab\r\n", "400"),
      ("GET / HTTP/1.1\r\n" + String(repeating: "a", count: 70_000), "431"),
    ])
  func refused(text: String, status: String) {
    #expect(requests(text) == [status])
    #expect(requests(text, pieces: 5) == [status])
  }

  @Test("the end of a connection follows the version and Connection")
  func closing() {
    for (head, closes) in [
      ("GET / HTTP/1.1\r\n", false), ("GET / HTTP/1.1\r\nConnection: x, Close\r\n", true), ("GET / HTTP/1.0\r\n", true),
      ("GET / HTTP/1.0\r\nConnection: keep-alive\r\n", false),
    ] {
      var parser = HTTP1RequestParser(maxBodyBytes: 1)
      Array((head + "\r\n").utf8).withUnsafeBytes { parser.append($0) }
      _ = try? parser.next()
      #expect(parser.closes == closes, "\(head)")
    }
  }
}
