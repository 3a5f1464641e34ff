package io.atoll.internal.process;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.IOException;
import java.io.OutputStream;
import java.lang.management.ManagementFactory;
import java.lang.management.RuntimeMXBean;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import javax.management.remote.JMXConnector;
import javax.management.remote.JMXConnectorFactory;
import javax.management.remote.JMXServiceURL;

/** Ports of a debugger and of JMX on the loopback, and who listens there. */
public final class Ports {
    private Ports() {}

    /** The first of two in a row that were free a moment ago. */
    public static int free() throws IOException {
        while (true) {
            try (ServerSocket first = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
                    ServerSocket second = new ServerSocket()) {
                second.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), first.getLocalPort() + 1));
                return first.getLocalPort();
            } catch (BindException | IllegalArgumentException e) {
                // Somebody has the second, or the first was the last there is.
            }
        }
    }

    /** As a debugger greets; {@link IOException} while nobody listens. */
    public static String greet(int port) throws IOException {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            OutputStream out = socket.getOutputStream();
            out.write("JDWP-Handshake".getBytes(US_ASCII));
            return new String(socket.getInputStream().readNBytes(14), US_ASCII);
        }
    }

    /** Whose JMX it is. */
    @SuppressWarnings("BanJNDI") // of our own process, on the loopback
    public static long pidByJmx(int port) throws IOException {
        JMXServiceURL place = new JMXServiceURL("service:jmx:rmi:///jndi/rmi://127.0.0.1:" + port + "/jmxrmi");
        try (JMXConnector connector = JMXConnectorFactory.connect(place)) {
            return ManagementFactory.getPlatformMXBean(connector.getMBeanServerConnection(), RuntimeMXBean.class)
                    .getPid();
        }
    }
}
