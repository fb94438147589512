import Glibc
import Testing

/// Makes a pipe. The test closes both ends.
func makePipe() throws -> (reader: Int32, writer: Int32) {
  var ends: [Int32] = [0, 0]
  try #require(pipe(&ends) == 0)
  return (ends[0], ends[1])
}
