internal import OTLPExport
internal import OTLPWire
internal import TelemetryCore
internal import TelemetrySDK

/// Reads the message of an OTLP/HTTP request (RULES 3.1).
struct HTTPRequestReader: CollectorRequestReader {
  let configuration: LoopbackCollector.Configuration
  let fields: [LoopbackCollector.Field]

  var path: String { String((value(":path") ?? "").prefix { $0 != "?" }) }

  var signal: OTLPSignal? { OTLPSignal.all.first { path == "/" + $0.httpPath } }

  private var mediaType: String { String((value("content-type") ?? "").prefix { $0 != ";" }.trimmed).lowercased() }

  var isJSON: Bool { mediaType == "application/json" }

  func checkHeaders() throws(Refusal) {
    guard signal != nil || configuration.answersAnyMethod else { throw refusal(404, "no service at \(path)") }
    guard value(":method") == "POST" else { throw refusal(405, "only POST is served here") }
    guard isJSON || mediaType == "application/x-protobuf" else {
      throw refusal(415, "the content type must be application/x-protobuf or application/json")
    }
    for (name, value) in configuration.requiredHeaders where self.value(name) != value {
      throw refusal(401, "the header \(name) is missing or wrong")
    }
  }

  func message(_ body: [UInt8]) throws(Refusal) -> Message {
    let encoding = value("content-encoding")?.lowercased() ?? "identity"
    var bytes = body
    if encoding == "gzip", configuration.acceptsGzip {
      do throws(GzipError) {
        bytes = try Gzip.inflate(body, limit: configuration.maxMessageBytes)
      } catch {
        throw error == .tooLarge ? tooLarge : refusal(400, "the body is no gzip")
      }
    } else if encoding != "identity" {
      throw refusal(415, "the content encoding '\(encoding.sanitized(limit: 40))' is not supported")
    }
    guard bytes.count <= configuration.maxMessageBytes else { throw tooLarge }
    if isJSON {
      do throws(JSONError) {
        bytes = try OTLPJSON.protobuf(of: bytes, as: (signal ?? .traces).requestType)
      } catch {
        throw refusal(400, "the body is no OTLP JSON: \(error)")
      }
    }
    return Message(bytes: bytes[...], isCompressed: encoding == "gzip")
  }

  /// Status 400 (3.2.6).
  func undecodable(_ error: WireError) -> Refusal { refusal(400, "the body is no OTLP message: \(error)") }

  func translated(_ response: LoopbackCollector.Response) -> LoopbackCollector.Response {
    var translation = translation
    return .steps(at: response.start, translation.steps(response.steps))
  }

  /// Makes responses of this request.
  private var translation: HTTPResponseTranslation {
    HTTPResponseTranslation(isJSON: isJSON, signal: signal ?? .traces)
  }

  var tooLarge: Refusal { refusal(413, "the message is larger than \(configuration.maxMessageBytes) bytes") }

  private func refusal(_ status: Int, _ message: String) -> Refusal {
    Refusal(
      response: .steps(translation.failure(status, RPCStatus(code: 3, message: message))))
  }
}
