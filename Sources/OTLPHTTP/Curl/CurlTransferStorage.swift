#if HTTP
  internal import COTLPCURL

  /// The state of a transfer for libcurl's callbacks, which run on the loop's thread.
  @unsafe
  struct CurlTransferStorage {
    /// The number of the transfer that the handle makes.
    var number = 0
    var response = HTTPResponse(status: 0)
    var maxBodyBytes = 0
    var isTooLarge = false
    /// The requests of the transfer: a second one means that libcurl wants to repeat it.
    var requests = 0

    static let head: @convention(c) (UnsafeMutablePointer<CChar>?, Int, Int, UnsafeMutableRawPointer?) -> Int =
      { bytes, size, count, raw in
        guard let storage = unsafe raw?.assumingMemoryBound(to: CurlTransferStorage.self) else { return 0 }
        unsafe storage.pointee.response.read(line: UnsafeRawBufferPointer(start: bytes, count: size * count))
        return size * count
      }

    static let body: @convention(c) (UnsafeMutablePointer<CChar>?, Int, Int, UnsafeMutableRawPointer?) -> Int =
      { bytes, size, count, raw in
        guard let storage = unsafe raw?.assumingMemoryBound(to: CurlTransferStorage.self) else { return 0 }
        guard unsafe storage.pointee.response.body.count + size * count <= storage.pointee.maxBodyBytes else {
          unsafe storage.pointee.isTooLarge = true
          return 0
        }
        unsafe storage.pointee.response.body.append(
          contentsOf: UnsafeRawBufferPointer(start: bytes, count: size * count))
        return size * count
      }

    /// Called before a request is sent. libcurl would repeat a request by itself if a kept connection ends without a
    /// response; whether the server has processed it is unknown, so the delivery decides and counts (RULES 1.1.15).
    static let beginRequest:
      @convention(c) (
        UnsafeMutableRawPointer?, UnsafeMutablePointer<CChar>?, UnsafeMutablePointer<CChar>?, Int32, Int32
      ) -> Int32 = { raw, _, _, _, _ in
        guard let storage = unsafe raw?.assumingMemoryBound(to: CurlTransferStorage.self) else { return 1 }
        unsafe storage.pointee.requests += 1
        return unsafe storage.pointee.requests > 1 ? CURL_PREREQFUNC_ABORT : CURL_PREREQFUNC_OK
      }
  }
#endif
