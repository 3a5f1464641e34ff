package com.example.boot;

import com.example.it.Program;
import io.atoll.Atoll;
import io.atoll.AtollSession;
import org.springframework.boot.CommandLineRunner;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;

/** Functions of the application's own classes, and of a jar inside its jar. */
@SpringBootApplication
public class Application implements CommandLineRunner {
    private record Greeting(String text) {}

    private static Greeting greet(String name) {
        return new Greeting("hello " + name);
    }

    public static void main(String[] arguments) {
        SpringApplication.run(Application.class, arguments);
    }

    @Override
    public void run(String... arguments) throws Exception {
        try (AtollSession session = Atoll.init()) {
            Greeting greeting = Atoll.task(Application::greet, "boot").remote().get();
            if (!greeting.equals(new Greeting("hello boot"))) {
                throw new AssertionError(greeting);
            }
        }
        Program.run();
        System.out.println("ok");
    }
}
