package dev.touchstone.producers.task;

/** An arithmetic operation on two whole numbers. */
public enum Operator {
    /** Addition. */
    PLUS("plus", "sum"),
    /** Subtraction. */
    MINUS("minus", "difference"),
    /** Multiplication. */
    TIMES("times", "product");

    private final String word;
    private final String resultName;

    Operator(String word, String resultName) {
        this.word = word;
        this.resultName = resultName;
    }

    /** The operation between its operands in words, such as plus. */
    public String word() {
        return word;
    }

    /** What the result is called, such as sum. */
    public String resultName() {
        return resultName;
    }

    /** The result. */
    public int apply(int left, int right) {
        return switch (this) {
            case PLUS -> left + right;
            case MINUS -> left - right;
            case TIMES -> left * right;
        };
    }
}
