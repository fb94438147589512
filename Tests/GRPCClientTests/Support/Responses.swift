import HTTP2Transport
import TelemetryCore

@testable import GRPCClient

/// Inflates messages of one byte n to n zeros.
struct FakeInflater: MessageInflater {
  func inflate(_ message: UnsafeRawBufferPointer, limit: Int) throws(GzipError) -> [UInt8] {
    guard let count = message.first, message.count == 1 else { throw .damaged }
    guard count <= limit else { throw .tooLarge }
    return [UInt8](repeating: 0, count: Int(count))
  }
}

typealias Fields = [(name: String, value: String)]

func classify(
  _ response: HTTP2Response, limit: Int = 100, inflater: (any MessageInflater)? = FakeInflater(),
  deadlineHasPassed: Bool = false
) -> GRPCResult {
  ResponseReader(response: response, limit: limit, inflater: inflater, deadlineHasPassed: deadlineHasPassed).result
}

func answer(
  _ trailers: Fields, headers: Fields = [("content-type", "application/grpc")], body: [UInt8] = [0, 0, 0, 0, 0],
  status: Int = 200
) -> HTTP2Response {
  HTTP2Response(
    status: status, headers: ReceivedHeaders(headers), trailers: ReceivedHeaders(trailers), body: body, fate: .processed
  )
}

func failed(_ failure: HTTP2Failure, fate: RequestFate = .unknown) -> HTTP2Response {
  HTTP2Response(failure: failure, fate: fate)
}
