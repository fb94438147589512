/// What a processor is asked to finish within a time.
package enum ProcessorRequest {
  case flush
  case shutdown
}
