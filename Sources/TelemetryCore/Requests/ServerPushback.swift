/// The server's wish for another attempt: gRPC's `grpc-retry-pushback-ms` (RULES 5.10.5), or HTTP's `Retry-After`.
package enum ServerPushback: Hashable, Sendable {
  case none
  case retry(after: Duration)
  case stop
}
