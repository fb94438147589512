/// The encoding of a message (`grpc-encoding`).
package enum GRPCEncoding: Hashable, Sendable {
  case identity
  case gzip
}
