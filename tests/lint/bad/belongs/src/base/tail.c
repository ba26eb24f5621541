int tail;
