internal import HTTP2Transport
internal import OTLPTesting
internal import TelemetryCore

/// Bytes of a TLS server for the client's engine.
///
/// The first byte selects the bytes, which are the fuzzer's or a real server's with the fuzzer's edits, the server's TLS
/// version, and the size of the pieces.
enum TLSBytes {
  /// The contexts, which are made once because keys cost time.
  private struct Parts: Sendable {
    let client: TLSContext
    let servers: [TLSServerContext]

    init() throws {
      let certificates = try TestCertificates()
      defer { certificates.remove() }
      client = try TLSContext(client: .init(trust: .file(certificates.authority)))
      servers = try [false, true].map { only12 in
        try TLSServerContext(
          .init(
            certificate: certificates.certificate, key: certificates.privateKey, onlyTLS12: only12,
            issuesTickets: only12))
      }
    }
  }

  private static let parts = Result { try Parts() }
  private static let plaintext = (0..<20_000).map { UInt8(truncatingIfNeeded: $0 &* $0) }

  static func run(_ bytes: [UInt8]) {
    let mode = bytes.first ?? 0
    do {
      let parts = try parts.get()
      let client = try TLSEngine(client: parts.client, host: "localhost", place: "fuzzer")
      let piece = [Int.max, 1, 7, 500][Int(mode >> 4 & 3)]
      if mode & 1 == 0 {
        rule(handFed(client, Array(bytes.dropFirst()), piece).isEmpty, "plaintext without a handshake")
      } else {
        let server = try TLSEngine(server: parts.servers[Int(mode >> 1 & 1)])
        talk(client, server, TLSEdits(bytes.dropFirst()), piece)
      }
    } catch {
      rule(false, "TLS can't be set up: \(error)")
    }
  }

  /// Feeds the client the fuzzer's bytes and then the end of the connection.
  private static func handFed(_ client: TLSEngine, _ bytes: [UInt8], _ piece: Int) -> [UInt8] {
    client.start()
    client.receive(bytes, piece)
    client.receiveEnd()
    let read = client.readAll()
    check(client)
    return read
  }

  /// Feeds the client a real server's edited bytes, and checks that the plaintext is a prefix of the server's.
  private static func talk(_ client: TLSEngine, _ server: TLSEngine, _ edits: TLSEdits, _ piece: Int) {
    var edits = edits
    let isUntouched = edits.isEmpty
    var read: [UInt8] = []
    var hasWritten = false
    client.start()
    server.start()
    while true {
      let request = client.takeOutput()
      server.receive(request, .max)
      if server.handshake == .done, !hasWritten {
        hasWritten = true
        _ = plaintext.withUnsafeBytes { server.write($0) }
        server.close()
      }
      let answer = server.takeOutput()
      client.receive(edits.apply(to: answer), piece)
      read += client.readAll()
      if request.isEmpty, answer.isEmpty { break }
    }
    client.receiveEnd()
    read += client.readAll()
    rule(plaintext.starts(with: read), "\(read.count) bytes that the server hasn't written")
    rule(!isUntouched || read.count == plaintext.count, "\(read.count) bytes of a good server: \(client.handshake)")
    check(client)
  }

  private static func check(_ client: TLSEngine) {
    if case .failed(let error) = client.handshake { expectOneLine(error.description) }
    for certificate in client.peer.certificates {
      expectOneLine("\(certificate.subject) \(certificate.issuer) \(certificate.names)")
      expectOneLine("\(certificate.notBefore) \(certificate.notAfter)")
    }
    client.close()
  }
}

/// Edits of a stream. Each has three bytes: two for the position, and the kind of edit.
private struct TLSEdits {
  private var edits: [Int: UInt8] = [:]
  private var position = 0
  private var toSkip = 0

  init(_ bytes: ArraySlice<UInt8>) {
    var rest = bytes
    while rest.count >= 3 {
      let place = Int(rest.removeFirst()) << 8 | Int(rest.removeFirst())
      edits[place] = rest.removeFirst()
    }
  }

  var isEmpty: Bool { edits.isEmpty }

  mutating func apply(to bytes: [UInt8]) -> [UInt8] {
    var output: [UInt8] = []
    for byte in bytes {
      defer { position += 1 }
      guard toSkip == 0 else {
        toSkip -= 1
        continue
      }
      guard let edit = edits[position] else {
        output.append(byte)
        continue
      }
      let value = edit >> 2
      switch edit & 3 {
      case 0: output.append(byte ^ (1 << (value & 7)))
      case 1: toSkip = Int(value)  // after this byte
      case 2: output += [value, byte]
      default:
        output.append(byte)
        output += output.suffix(Int(value) + 1)
      }
    }
    return output
  }
}

extension TLSEngine {
  fileprivate func receive(_ bytes: [UInt8], _ piece: Int) {
    bytes.withUnsafeBytes { bytes in
      var rest = bytes[...]
      while !rest.isEmpty {
        let part = rest.prefix(piece)
        receive(UnsafeRawBufferPointer(rebasing: part))
        rest = rest.dropFirst(part.count)
      }
    }
  }

  fileprivate func takeOutput() -> [UInt8] {
    var output: [UInt8] = []
    withOutput {
      output = Array($0)
      return $0.count
    }
    return output
  }

  fileprivate func readAll() -> [UInt8] {
    var read: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 16_384)
    while true {
      let result = buffer.withUnsafeMutableBytes { self.read(into: $0) }
      guard case .bytes(let count) = result else {
        if case .failed(let error) = result { expectOneLine(error.description) }
        return read
      }
      read += buffer[..<count]
    }
  }
}
