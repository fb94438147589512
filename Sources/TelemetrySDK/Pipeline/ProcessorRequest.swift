/// A request to a processor, to be finished within a time.
package enum ProcessorRequest {
  case flush
  case shutdown
}
