// Package notify tells people what concerns them (000-80, 82; 004-08): on the page
// with a count of what is unread, and outside over the channels that a tenant has
// chosen.
//
// It owns the kinds of news, what each person wants to hear of them, quiet hours
// and days, digests, the deliveries with their attempts, and the port to the
// channels. It does not own the events, which other domains publish, nor what a
// provider's request looks like (data/channel).
//
// An event is told at most once to each person on each channel. A delivery is
// claimed before it is sent; one whose outcome is unknown is not sent again unless
// the channel makes a repeated message one.
package notify
