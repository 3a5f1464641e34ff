package com.acme;

import java.io.Serializable;

/** A test defines it under another name, which nobody else has. */
public class Widget implements Serializable {
    private static final long serialVersionUID = 1;

    public int number = 3;
}
