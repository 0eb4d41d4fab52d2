// Package channel holds the ways to the outside, a package each: mail, SMS over
// Aliyun and Tencent, and the robots of WeCom, DingTalk and Feishu. Each implements
// the port notify.Channel; the table of makers is composed in cmd.
//
// The packages own requests, signatures and the meaning of providers' codes.
// Whether and when something is sent, or sent again, is biz/notify's.
package channel
