weike-signed 1
sig b42ac6eab54d9c1f 85b8494c5a57c36ba66be630ccb761908d2600852ed37a7630abee7ac0eb791b54fd478e0afec3702a3b068752c35f494274763d8260e822f21b1db3fc4e6d01

{"device":"5aeae30b06117b5f","epoch":"9f86d081884c7d659a2feaa0c55ad015","format":1,"level":"stored","now_ms":1795340600000,"packet":"0ac134a8c0899c45c27af8cb1d5eb001178005ebf2ffe847521d08b779b34ced","type":"ack","upto":42}