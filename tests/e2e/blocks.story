# What somebody does who cannot read. tap() listens for a sound, asks the loudspeaker if nothing is said by itself, and taps the
# place that was marked while it was said. hear() only listens.
tap("王秀英")        # the wall of faces
tap("陌生电话")      # today's lesson
time.sleep(6)        # the film lasts five seconds
tap("去答题")
hear("陌生电话要核实", roles=("title",))
tap("对")
tap("看对不对")
hear("对了", roles=("alert",))
tap("下一题")
hear("先做什么", roles=("title",))
tap("挂断电话")
tap("看对不对")
hear("对了", roles=("alert",))
tap("看结果")
tap("看我的学时")
hear("秒", "分钟")
